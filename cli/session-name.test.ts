import { expect, it } from 'vitest';
import { sessionNameOf } from './session-name.ts';

it.each([
  ['demo-1', 'demo-1'],
  ['session/demo-1', 'demo-1'],
  ['session.orket.dev/demo-1', 'demo-1'],
  ['sessions/demo-1', 'demo-1'],
  ['ses/demo-1', 'demo-1'],
  ['flow/demo', 'flow/demo'],
  ['.orket/sessions/demo-1', '.orket/sessions/demo-1'],
])('%s names %s', (text, name) => expect(sessionNameOf(text)).toBe(name));
