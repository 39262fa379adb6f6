import { ApiProperty } from '@nestjs/swagger';

/** Who the caller is to this server. */
export class OwnPeerDto {
  @ApiProperty({ example: 'reg-1-1' })
  deviceId!: string;

  @ApiProperty({ example: 'Register 1' })
  name!: string;

  @ApiProperty({ enum: ['server', 'register'] })
  kind!: string;

  @ApiProperty({ type: [String], example: ['xms'] })
  features!: readonly string[];

  @ApiProperty({ type: String, format: 'date-time' })
  tokenExpiresAt!: Date;

  @ApiProperty({
    example: 'srv-store-1',
    description: 'This server: the `source` of its events ends with it.',
  })
  serverId!: string;

  @ApiProperty({
    example: 'nats://store-12.example:4222',
    description: 'Where this server tells its events.',
  })
  natsUrl!: string;
}
