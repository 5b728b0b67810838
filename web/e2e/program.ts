import { createHash, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { Person } from './app'

/** A program that wants to be let in, as one finds them: it introduces itself, and comes for what it is granted. */
export class Program {
  readonly verifier = randomBytes(32).toString('base64url')
  readonly state = '1.0 & "007"' // sent back as it is

  private constructor(
    private readonly url: string,
    readonly id: string,
    readonly redirect: string,
  ) {}

  static async introduce(url: string, name: string, redirect: string): Promise<Program> {
    const response = await fetch(`${url}/oauth/register`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ client_name: name, redirect_uris: [redirect] }),
    })
    if (!response.ok) throw new Error(await response.text())
    const { client_id } = (await response.json()) as { client_id: string }
    return new Program(url, client_id, redirect)
  }

  /** What it asks, with some of it said otherwise. */
  asks(otherwise: Record<string, string> = {}): Record<string, string> {
    return {
      client_id: this.id,
      redirect_uri: this.redirect,
      response_type: 'code',
      scope: 'tasks:read tasks:write account:read',
      state: this.state,
      code_challenge: createHash('sha256').update(this.verifier).digest('base64url'),
      code_challenge_method: 'S256',
      resource: `${this.url}/mcp`,
      ...otherwise,
    }
  }

  /** Where it sends people, as a path of the server. */
  path = (otherwise?: Record<string, string>): string => `/oauth/authorize?${new URLSearchParams(this.asks(otherwise))}`

  /** Comes for a token with a code. */
  async token(code: string): Promise<string> {
    const response = await fetch(`${this.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        client_id: this.id,
        redirect_uri: this.redirect,
        code_verifier: this.verifier,
      }),
    })
    const answer = (await response.json()) as { access_token?: string }
    if (!answer.access_token) throw new Error(JSON.stringify(answer))
    return answer.access_token
  }

  /** Is let in by somebody who has allowed it elsewhere. */
  async letInBy(person: Person): Promise<string> {
    const { redirect_to } = (await person.call('/api/oauth/decisions', 'POST', {
      ...this.asks(),
      approve: true,
      granted: ['tasks:read', 'tasks:write'],
    })) as { redirect_to: string }
    return this.token(new URL(redirect_to).searchParams.get('code')!)
  }

  /** Asks one of the tools for assistants; answers the status, and what came back. */
  async use(token: string, tool: string, args: object = {}): Promise<{ status: number; text: string }> {
    const response = await fetch(`${this.url}/mcp`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool, arguments: args } }),
    })
    return { status: response.status, text: await response.text() }
  }
}

/** Where a program on this computer waits for its answer. */
export class Waiting {
  readonly came: URL[] = []

  private constructor(
    readonly url: string,
    private readonly server: Server,
  ) {}

  static async begin(): Promise<Waiting> {
    const server = createServer((request, response) => {
      if (request.url?.startsWith('/done')) waiting.came.push(new URL(request.url, waiting.url))
      response.setHeader('Content-Type', 'text/html')
      response.end('<title>Program</title><p>Back in the program</p>')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const waiting = new Waiting(`http://127.0.0.1:${port}`, server)
    return waiting
  }

  end = () => this.server.close()
}
