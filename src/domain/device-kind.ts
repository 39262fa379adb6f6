/** The kinds of device that the Authorization server licenses. */
export type DeviceKind = 'server' | 'register';
