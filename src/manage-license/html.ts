/** A piece of HTML that may stand in a page as it is. Only {@link html} makes one. */
export class Html {
  private constructor(readonly text: string) {}

  static fromTemplate(parts: TemplateStringsArray, values: readonly HtmlValue[]): Html {
    let text = parts[0] ?? '';
    for (let index = 1; index < parts.length; index++) text += render(values[index - 1]) + parts[index];
    return new Html(text);
  }
}

export type HtmlValue = string | number | Html | readonly Html[] | null | false | undefined;

/** Builds HTML from a template: each value is escaped unless it is HTML itself; null, false and undefined are nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return Html.fromTemplate(parts, values);
}

const nothing = html``;

/** Renders text in which `**words**` stand out. */
export function emphasize(text: string): Html {
  const [first, ...rest] = text
    .split('**')
    .map((part, index) => (index % 2 === 0 ? html`${part}` : html`<strong>${part}</strong>`));
  return first === undefined ? nothing : html`${[first, ...rest]}`;
}

function render(value: HtmlValue): string {
  if (value === null || value === false || value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('');
  return escape(String(value));
}

function escape(text: string): string {
  // Nearly no text needs it, and looking is cheaper than building a new one.
  if (!/[&<>"']/.test(text)) return text;
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
