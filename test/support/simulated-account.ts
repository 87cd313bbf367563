import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import type { OnFinished } from './temp-folder.ts';

export interface SimulatedAccount {
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  /** Four digits, which alone stand in many a number. */
  readonly mpin: string;
}

/** The simulated broker as a person would start it, with made-up prices by the time of day. */
export async function simulatedAccount(onFinished: OnFinished = onTestFinished): Promise<SimulatedAccount> {
  const child = spawn(process.execPath, ['src/main.ts', 'simulate', 'angel-one', '--json'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  onFinished(() => void child.kill('SIGKILL'));
  const line = await new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve));
  const { endpoints, credentials } = JSON.parse(line);
  const { clientCode, mpin, totpSecret, apiKey } = credentials;
  const key = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';
  return {
    env: {
      ANGEL_CLIENT_CODE: clientCode,
      ANGEL_MPIN: mpin,
      ANGEL_TOTP_SECRET: totpSecret,
      ANGEL_API_KEY: apiKey,
      ANGEL_SIMULATOR_URL: endpoints.rest,
      SIGNALMAN_KEY: key,
      LOG_LEVEL: 'trace',
    },
    secrets: [totpSecret, apiKey, key],
    mpin,
  };
}
