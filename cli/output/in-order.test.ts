import { expect, it } from 'vitest';
import type { Told } from '#controller';
import type { JournalRecord } from '#runtime';
import { InOrder } from './in-order.ts';

const record = (seq: number): JournalRecord => ({ seq }) as JournalRecord;
const log = (text: string): Told => ({ type: 'log', path: 'a#1~1', text });

function inOrder() {
  const lines: string[] = [];
  const order = new InOrder({
    record: ({ seq }) => lines.push(`record ${seq}`),
    tell: (told) => lines.push(told.text),
  });
  return { order, lines };
}

it('what a tool logs is shown behind the record that it came after, however late that is read', () => {
  const { order, lines } = inOrder();
  order.written(1);
  order.tell(log('one'));
  order.written(2);
  order.tell(log('two'));
  expect(lines).toEqual([]);
  order.record(record(1));
  expect(lines).toEqual(['record 1', 'one']);
  order.record(record(2));
  order.tell(log('three'));
  expect(lines).toEqual(['record 1', 'one', 'record 2', 'two', 'three']);
});

it('and before the next, however early that is read', () => {
  const { order, lines } = inOrder();
  order.record(record(1));
  order.written(1);
  order.tell(log('one'));
  order.record(record(2));
  expect(lines).toEqual(['record 1', 'one', 'record 2']);
});

it('text of a model is shown as it arrives, and nothing is kept back in the end', () => {
  const { order, lines } = inOrder();
  order.written(5);
  order.tell({ type: 'delta', path: 'a#1~1/t1~1', text: 'now' });
  order.tell(log('late'));
  expect(lines).toEqual(['now']);
  order.end();
  expect(lines).toEqual(['now', 'late']);
});
