import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';

/** How to trust a server, and how to be trusted by it: PEM. */
export interface Tls {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Resolves when a GET is answered by 200; rejects with what came instead. */
export function answersOk(url: string, tls?: Tls): (signal: AbortSignal) => Promise<void> {
  return (signal) =>
    new Promise((resolve, reject) => {
      const done = (response: http.IncomingMessage) => {
        response.resume();
        if (response.statusCode === 200) resolve();
        else reject(new Error(`GET ${url} answered ${response.statusCode ?? 'nothing'}`));
      };
      // One connection a check: a connection that is kept alive may lead to the server's predecessor.
      const request = tls
        ? https.get(url, { ...tls, signal, agent: false }, done)
        : http.get(url, { signal, agent: false }, done);
      request.once('error', (error: NodeJS.ErrnoException) => {
        reject(error.code === 'ECONNREFUSED' ? new Error(`GET ${url}: nothing listens there`) : error);
      });
    });
}

/** Resolves when redis lets us in with its password and answers PING. */
export function redisAnswers(port: number, password: string): (signal: AbortSignal) => Promise<void> {
  return (signal) =>
    new Promise((resolve, reject) => {
      const socket = net.connect({ port, host: '127.0.0.1', signal });
      let answer = '';
      socket.setEncoding('utf8');
      socket.once('error', reject);
      socket.once('close', () => {
        reject(new Error(`redis closed the connection after "${answer.trim()}"`));
      });
      socket.on('data', (text: string) => {
        answer += text;
        if (answer === '+OK\r\n+PONG\r\n') resolve();
        else if (answer.startsWith('-')) reject(new Error(`redis says ${answer.trim()}`));
        else return;
        socket.destroy();
      });
      socket.write(resp('AUTH', password) + resp('PING'));
    });
}

/** A command in redis's own protocol. */
function resp(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}
