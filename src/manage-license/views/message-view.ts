import { emphasize, html, type Html } from '../html.js';
import type { Message } from '../texts.js';

export type MessageTone = 'good' | 'plain' | 'warning' | 'bad';

/**
 * A sign for each tone, for people who cannot distinguish the colors. As references: one character beyond Latin-1 makes V8
 * store the whole page in two bytes per character, and encoding it takes four times as long.
 */
const signs: Record<MessageTone, Html> = {
  good: html`&#10003;`,
  plain: html`i`,
  warning: html`!`,
  bad: html`&#10005;`,
};

export function renderMessage(tone: MessageTone, { title, text }: Message, more: Html | null = null): Html {
  return html`<section class="message ${tone}">
    ${renderSign(tone)}
    <div>
      <h2>${title}</h2>
      <p>${emphasize(text)}</p>
      ${more}
    </div>
  </section>`;
}

export function renderSign(tone: MessageTone): Html {
  return html`<span class="sign" aria-hidden="true">${signs[tone]}</span>`;
}

/** Renders the outcome of a person's last action. Screen readers announce it, and it gets the keyboard focus. */
export function renderOutcome(tone: MessageTone, message: Message, more: Html | null = null): Html {
  return html`<div role="alert" tabindex="-1" autofocus>${renderMessage(tone, message, more)}</div>`;
}
