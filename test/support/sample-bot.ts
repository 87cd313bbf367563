import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** The bundled bot with other settings, in a file of its own in the folder. */
export function sampleBotWith(folder: string, settings: object): string {
  const path = join(folder, 'bot.config.ts');
  writeFileSync(
    path,
    `import bot from ${JSON.stringify(join(PROJECT, 'bot.config.ts'))};
const { session, instruments, ...replay } = bot.replay;
const at = (path) => ${JSON.stringify(PROJECT)} + path;
export default { ...bot, replay: { ...replay, session: at(session), instruments: at(instruments) }, ...${JSON.stringify(settings)} };
`,
  );
  return path;
}
