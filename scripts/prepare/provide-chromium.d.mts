export function findChromium(): string | null;
export function provideChromium(): Promise<void>;
