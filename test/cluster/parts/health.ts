import { get } from 'node:http';
import { get as getTls } from 'node:https';

/** Throws unless the address answers 200. Who serves https here is on this network alone: its certificate is not looked at. */
export function checkHealth(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { timeout: 5_000, agent: false } as const;
    const request = url.startsWith('https:')
      ? getTls(url, { ...options, rejectUnauthorized: false })
      : get(url, options);
    request.on('response', (answer) => {
      answer.resume();
      if (answer.statusCode === 200) resolve();
      else reject(new Error(`${url} answers ${answer.statusCode}`));
    });
    request.on('timeout', () => request.destroy(new Error(`${url} does not answer`)));
    request.on('error', reject);
  });
}
