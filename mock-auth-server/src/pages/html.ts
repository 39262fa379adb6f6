import { vendorLabels } from './vendor-labels.js';

/** HTML that is safe to insert into a page without escaping. Only `html` creates it. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type HtmlValue = string | number | Html | readonly Html[] | null | false;

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Builds HTML from a template. Every value except HTML is escaped; `null` and `false` are omitted. */
export function html(parts: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(parts.map((part, index) => part + toText(values[index] ?? null)).join(''));
}

const labels: ReadonlySet<string> = new Set(Object.values(vendorLabels));

/** Renders a label, and marks one of the vendor as English for the screen readers of other languages (WCAG 3.1.2). */
export function renderLabel(text: string): Html {
  return labels.has(text) ? html`<span lang="en">${text}</span>` : html`${text}`;
}

function toText(value: HtmlValue): string {
  if (value === null || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('');
  return String(value).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
