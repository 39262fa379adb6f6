interface DebianTool {
  find(): string | null;
  provide(): Promise<void>;
}
export const promtool: DebianTool;
export const nginx: DebianTool;
export const libfaketime: DebianTool;
