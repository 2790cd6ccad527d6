import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Configuration, Provider } from 'oidc-provider';

export const CLIENT_ID = 'vouchsafe';
export const CLIENT_SECRET = 'a secret of the test';

interface Claimed {
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  readonly amr?: readonly string[];
}

interface Exchange {
  readonly request: Parameters<Provider['interactionFinished']>[0];
  readonly response: Parameters<Provider['interactionFinished']>[1];
}

/** A real provider on loopback; whoever comes is whom the test says, without being asked. */
export class LocalProvider {
  readonly #server: Server;
  readonly issuer: string;
  #provider: Provider;
  subject = 'subject-1';
  claims: Claimed = {};

  constructor(server: Server) {
    this.#server = server;
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#provider = this.#leadingTo([]);
    server.on('request', (request, response) => {
      if (request.url?.startsWith('/interaction/') === true) void this.#interact({ request, response });
      else void this.#provider.callback()(request, response);
    });
  }

  static async start(): Promise<LocalProvider> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new LocalProvider(server);
  }

  /** Registers where the answers go to: a server on a free port only knows when it has started. */
  leadTo(origin: string): void {
    this.#provider = this.#leadingTo([`${origin}/api/sign-in/oidc/local/callback`]);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #leadingTo(redirectUris: readonly string[]): Provider {
    return new Provider(this.issuer, this.#configuration(redirectUris));
  }

  #configuration(redirectUris: readonly string[]): Configuration {
    return {
      clients: redirectUris.length === 0 ? [] : [clientFor(redirectUris)],
      claims: { openid: ['sub', 'email', 'email_verified', 'name', 'amr'], email: [], profile: [] },
      conformIdTokenClaims: false,
      features: { devInteractions: { enabled: false } },
      pkce: { required: () => true },
      ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
      jwks: {
        keys: [generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })],
      },
      cookies: { keys: ['keys of the test'] },
      findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...this.claims }) }),
      loadExistingGrant: async (context) => {
        const grant = new context.oidc.provider.Grant({
          clientId: context.oidc.client?.clientId ?? '',
          accountId: context.oidc.session?.accountId ?? '',
        });
        grant.addOIDCScope('openid email profile');
        await grant.save();
        return grant;
      },
      interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    };
  }

  async #interact({ request, response }: Exchange): Promise<void> {
    const { amr = ['pwd'] } = this.claims;
    const login = { accountId: this.subject, amr: [...amr] };
    await this.#provider.interactionFinished(request, response, { login });
  }
}

function clientFor(redirectUris: readonly string[]) {
  return {
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    application_type: 'web' as const,
    redirect_uris: [...redirectUris],
    grant_types: ['authorization_code'],
    response_types: ['code' as const],
  };
}
