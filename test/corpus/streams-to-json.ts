/** Writes every stream of the corpus as a line of JSON, for the oracle. */
import { hostileCases } from './index.ts';

for (const hostile of hostileCases) {
  if (hostile.stream !== true) continue;
  process.stdout.write(
    `${JSON.stringify({ id: hostile.id, base64: Buffer.from(hostile.build()).toString('base64') })}\n`,
  );
}
