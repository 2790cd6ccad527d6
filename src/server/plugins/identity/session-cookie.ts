import type { FastifyReply } from 'fastify';
import type { CookieStyle } from '../../place.ts';
import type { SessionCookie } from '../../routes/bind.ts';

/** The cookie of a session as a handler may read and change it. */
export function sessionCookie(token: string | null, reply: FastifyReply, style: CookieStyle): SessionCookie {
  const send = (value: string, expiresAtMs: number): void => {
    const expires = new Date(expiresAtMs).toUTCString();
    reply.header('set-cookie', `${style.name}=${value}; ${style.attributes}; Expires=${expires}`);
  };
  return { token, set: send, clear: () => send('', 0) };
}
