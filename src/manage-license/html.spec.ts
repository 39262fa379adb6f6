import { describe, expect, it } from 'vitest';
import { emphasize, html, renderLabel } from './html.js';

const hostile = `<script>alert("1" + '2') & more</script>`;

describe('html', () => {
  it('escapes every value in text and in attributes', () => {
    const { text } = html`<p title="${hostile}">${hostile}</p>`;
    const safe = '&#60;script&#62;alert(&#34;1&#34; + &#39;2&#39;) &#38; more&#60;/script&#62;';
    expect(text).toBe(`<p title="${safe}">${safe}</p>`);
  });

  it('inserts its own HTML unchanged, single or in a list', () => {
    const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
    expect(html`${items}`.text).toBe('<li>a</li><li>&#60;b&#62;</li>');
    expect(html`<p>${items[0]}</p>`.text).toBe('<p><li>a</li></p>');
  });

  it('renders null, false and undefined as nothing, and zero as 0', () => {
    expect(html`[${null}${false}${undefined}${0}]`.text).toBe('[0]');
  });

  it('refuses an object that only looks like HTML', () => {
    const forged = { text: '<b>' } as unknown as string;
    expect(() => html`${forged}`.text).toThrow();
  });
});

describe('renderLabel', () => {
  it('marks a label of the vendor as English, and no other text', () => {
    expect(renderLabel('Server ID').text).toBe('<span lang="en">Server ID</span>');
    expect(renderLabel('Próxima <b>').text).toBe('Próxima &#60;b&#62;');
  });
});

describe('emphasize', () => {
  it('renders text between asterisks as bold, marks the vendor’s labels as English, and escapes all text', () => {
    expect(emphasize('Choose **Next** or <b>**<i>**').text).toBe(
      'Choose <strong lang="en">Next</strong> or &#60;b&#62;<strong>&#60;i&#62;</strong>',
    );
  });

  it('returns text without asterisks unchanged', () => {
    expect(emphasize('plain').text).toBe('plain');
  });
});
