import { emphasize, html, type Html } from '../html.js';
import type { Message } from '../texts.js';

export type MessageTone = 'good' | 'plain' | 'warning' | 'bad';

/** A tone is told by a sign too, not by colour alone. */
const signs: Record<MessageTone, string> = { good: '✓', plain: 'i', warning: '!', bad: '✕' };

export function renderMessage(tone: MessageTone, { title, text }: Message, more: Html | null = null): Html {
  return html`<section class="message ${tone}">
    <span class="sign" aria-hidden="true">${signs[tone]}</span>
    <div>
      <h2>${title}</h2>
      <p>${emphasize(text)}</p>
      ${more}
    </div>
  </section>`;
}

/** The outcome of what a person has just done: read out, and the place from which the keyboard goes on. */
export function renderOutcome(tone: MessageTone, message: Message, more: Html | null = null): Html {
  return html`<div role="alert" tabindex="-1" autofocus>${renderMessage(tone, message, more)}</div>`;
}
