import { html, type Html } from '../html.js';
import type { Texts } from '../texts.js';

/** What a copy button copies. */
interface Copied {
  readonly text: string;
  /** The id of the element that shows the text, for browsers that can only copy a selection. */
  readonly elementId: string;
  readonly label: string;
  /** The accessible name, if it says more than the label. */
  readonly name?: string;
}

/** Renders a button that copies a text. Without the script of the page it is hidden. */
export function renderCopyButton({ text, elementId, label, name }: Copied, { copy }: Texts): Html {
  return html`<button
    type="button"
    class="outline copy"
    data-copy="${text}"
    data-copy-from="${elementId}"
    data-copied="${copy.copied}"
    data-failed="${copy.failed}"
    ${name !== undefined && html`aria-label="${name}"`}
    hidden
  >
    ${label}
  </button>`;
}
