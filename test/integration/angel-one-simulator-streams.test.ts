import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { idsOf, openTestDesk, orderOf, type TestDesk } from '../support/angel-one-simulator.ts';

async function openOrderStream({ simulator, client }: TestDesk): Promise<{ socket: WebSocket; codes: string[] }> {
  const headers = { authorization: `Bearer ${client.jwt}` };
  const socket = new WebSocket(simulator.endpoints.orderStream, { headers });
  onTestFinished(() => socket.terminate());
  const codes: string[] = [];
  socket.on('message', (data) => {
    const frame: unknown = JSON.parse(String(data));
    codes.push(String((frame as Readonly<Record<string, unknown>>)['order-status']));
  });
  socket.on('error', () => undefined);
  await once(socket, 'message');
  return { socket, codes };
}

describe('REST and streams on one port', () => {
  it('tells the order stream what REST orders come to', async () => {
    const desk = await openTestDesk();
    const { codes } = await openOrderStream(desk);
    const { orderid } = idsOf((await desk.client.post('order/v1/placeOrder', orderOf(desk.infy))).data);
    await desk.settle();
    await desk.market.print(desk.infy, 1499);
    await expect.poll(() => codes).toEqual(['AB00', 'AB09', 'AB01', 'AB05']);
    expect(desk.simulator.ledger.fills).toMatchObject([{ orderId: orderid }]);
  });

  it('closes the streams of tokens that have died, and lets none of them in again', async () => {
    const desk = await openTestDesk();
    const { socket } = await openOrderStream(desk);
    const closed = once(socket, 'close');
    await fetch(`${desk.simulator.control}/expire`, { method: 'POST', body: '{"clientCode":"T1000"}' });
    await closed;
    const headers = { authorization: `Bearer ${desk.client.jwt}` };
    const again = new WebSocket(desk.simulator.endpoints.orderStream, { headers });
    again.on('error', () => undefined);
    const [, response] = await once(again, 'unexpected-response');
    expect(response.statusCode).toBe(403);
    response.destroy();
  });

  it('drops, refuses and lets in again on demand, and counts what it wrote', async () => {
    const desk = await openTestDesk();
    const { socket } = await openOrderStream(desk);
    const closed = once(socket, 'close');
    const id = desk.simulator.arm({ kind: 'stream-down', stream: 'orders' });
    await closed;
    const refused = new WebSocket(desk.simulator.endpoints.orderStream, {
      headers: { authorization: `Bearer ${desk.client.jwt}` },
    });
    refused.on('error', () => undefined);
    const [, response] = await once(refused, 'unexpected-response');
    expect(response.statusCode).toBe(503);
    response.destroy();
    desk.simulator.lift(id);
    const { codes } = await openOrderStream(desk);
    expect(codes).toEqual(['AB00']);
    const report: unknown = await (await fetch(`${desk.simulator.control}/streams`)).json();
    expect(report).toMatchObject({
      connections: [{ stream: 'orders' }, { stream: 'orders', isOpen: true }],
      refusals: { 503: 1 },
    });
  });

  it('spoils so many frames and no more', async () => {
    const desk = await openTestDesk();
    const { codes } = await openOrderStream(desk);
    desk.simulator.arm({ kind: 'stream-duplicate', stream: 'orders', count: 1 });
    await desk.client.post('order/v1/placeOrder', orderOf(desk.infy));
    await desk.settle();
    await expect.poll(() => codes).toEqual(['AB00', 'AB09', 'AB09', 'AB01']);
  });
});
