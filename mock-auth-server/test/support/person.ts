import type { TestServer } from './start-test-server.js';

export interface Page {
  status: number;
  path: string;
  headers: Headers;
  text: string;
}

/** Acts as a person with a browser: keeps the cookie, follows redirects, and submits forms with their hidden fields. */
export class Person {
  readonly #server: TestServer;
  #cookie: string | null = null;

  constructor(server: TestServer) {
    this.#server = server;
  }

  get cookie(): string | null {
    return this.#cookie;
  }

  async visit(path: string): Promise<Page> {
    return this.#request(path, {});
  }

  async submit(
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Page> {
    return this.#request(path, { method: 'POST', body: new URLSearchParams(fields), headers });
  }

  async logIn(password = 'correct horse', email = 'admin@example.test'): Promise<Page> {
    return this.submit('/login', { email, password });
  }

  /** Submits a form of a visited page with its hidden fields. */
  async fillIn(page: Page, action: string, fields: Record<string, string>): Promise<Page> {
    return this.submit(action, { ...hiddenFieldsOf(page, action), ...fields });
  }

  async #request(path: string, init: RequestInit): Promise<Page> {
    const headers = new Headers(init.headers);
    headers.set('connection', 'close');
    if (this.#cookie !== null) headers.set('cookie', this.#cookie);
    const response = await fetch(this.#server.url + path, { ...init, headers, redirect: 'manual' });
    const setCookie = response.headers.get('set-cookie');
    if (setCookie !== null) this.#cookie = setCookie.split(';')[0] ?? null;
    const location = response.headers.get('location');
    if (response.status === 303 && location !== null) return this.#request(location, {});
    return { status: response.status, path, headers: response.headers, text: await response.text() };
  }
}

export function hiddenFieldsOf(page: Page, action: string): Record<string, string> {
  const form = page.text.split('<form').find((part) => part.includes(`action="${action}"`));
  if (form === undefined) throw new Error(`${page.path} has no form for ${action}`);
  const inputs =
    form.split('</form>')[0]?.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g) ?? [];
  return Object.fromEntries([...inputs].map(([, name, value]) => [name, value])) as Record<string, string>;
}

/** Returns a logged-in person. */
export async function logIn(server: TestServer): Promise<Person> {
  const person = new Person(server);
  const page = await person.logIn();
  if (page.path !== '/organizations') throw new Error(`the login ended at ${page.path}`);
  return person;
}
