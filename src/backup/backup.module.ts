import { Module } from '@nestjs/common';
import { AdminModule } from '../admin/admin.module.js';
import { BackupController } from './backup.controller.js';
import { MakeBackup } from './make-backup.js';

@Module({
  imports: [AdminModule],
  controllers: [BackupController],
  providers: [MakeBackup],
})
export class BackupModule {}
