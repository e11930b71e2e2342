// One request with nothing but Node's own client, so that a test's preparations don't rest on what is tested.
import * as http from 'node:http';
import * as https from 'node:https';
import type { Login, PlainAnswer } from './kubernetes-server';

export function plainRequest(
  login: Login,
  method: string,
  path: string,
  body?: unknown,
  contentType = 'application/json',
): Promise<PlainAnswer> {
  const url = new URL(path, login.url);
  const text = body === undefined ? '' : JSON.stringify(body);
  const authorization = login.token ? { authorization: `Bearer ${login.token}` } : {};
  // A connection of its own: none is left open that a server's stop would have to wait for.
  const options = {
    method,
    agent: false,
    ca: login.authority,
    headers: {
      accept: 'application/json',
      'content-type': contentType,
      // Said, because Node sends a DELETE's body without it in no form at all.
      'content-length': Buffer.byteLength(text),
      ...authorization,
    },
  } as const;
  const send = url.protocol === 'https:' ? https.request : http.request;
  return new Promise((resolve, reject) => {
    const request = send(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks).toString('utf8')) });
      });
    });
    request.on('error', reject);
    request.end(text);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
