import { isVendorLabel } from './vendor-labels.js';

/** HTML that is inserted into a page without escaping. Only {@link html} creates it. */
export class Html {
  private constructor(readonly text: string) {}

  static fromTemplate(parts: TemplateStringsArray, values: readonly HtmlValue[]): Html {
    let text = parts[0] ?? '';
    for (let index = 1; index < parts.length; index++) text += render(values[index - 1]) + parts[index];
    return new Html(text);
  }
}

export type HtmlValue = string | number | Html | readonly Html[] | null | false | undefined;

/** Builds HTML from a template. Escapes each value unless it is {@link Html}; null, false and undefined render nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return Html.fromTemplate(parts, values);
}

const nothing = html``;

/** Renders a label, and marks one of the vendor as English for the screen readers of other languages (WCAG 3.1.2). */
export function renderLabel(text: string): Html {
  return isVendorLabel(text) ? html`<span lang="en">${text}</span>` : html`${text}`;
}

/** Renders text in which `**words**` become bold. */
export function emphasize(text: string): Html {
  const [first, ...rest] = text
    .split('**')
    .map((part, index) =>
      index % 2 === 0
        ? html`${part}`
        : html`<strong${isVendorLabel(part) && html` lang="en"`}>${part}</strong>`,
    );
  return first === undefined ? nothing : html`${[first, ...rest]}`;
}

function render(value: HtmlValue): string {
  if (value === null || value === false || value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('');
  return escape(String(value));
}

function escape(text: string): string {
  // Most values need no escaping, and testing is faster than replacing.
  if (!/[&<>"']/.test(text)) return text;
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
