import { ApiProperty } from '@nestjs/swagger';

/** The caller as identified by its license token. */
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
    description: 'The id of this server; the `source` of its events ends with it.',
  })
  serverId!: string;

  @ApiProperty({
    example: 'nats://store-12.example:4222',
    description: 'The address of the broker that publishes the events of this server.',
  })
  natsUrl!: string;
}
