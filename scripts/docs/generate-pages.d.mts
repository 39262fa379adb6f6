export function generatePages(
  sources: {
    readonly settings: {
      readonly source: string;
      readonly defaults: Record<string, string | number | undefined>;
      readonly checks: readonly { readonly propertyName: string; readonly message?: unknown }[];
      readonly secretNames: readonly string[];
    };
    readonly commandLine: { readonly commands: object; readonly overview: string };
    readonly openApi: object;
  },
  rootDir: string,
): Promise<Map<string, string>>;
