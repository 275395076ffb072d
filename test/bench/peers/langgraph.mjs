import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';
import { drive, resultOf } from './drive.mjs';

/** What the saver uses of better-sqlite3, whose binary is not built here: a thin layer over Node's own SQLite. */
class Database {
  #db;
  constructor(file) {
    this.#db = new DatabaseSync(file);
  }
  pragma(text) {
    return this.#db.prepare(`PRAGMA ${text}`).all();
  }
  exec(sql) {
    this.#db.exec(sql);
    return this;
  }
  prepare(sql) {
    const statement = this.#db.prepare(sql);
    const nulls = (values) => values.map((value) => value ?? null);
    return {
      all: (...values) => statement.all(...nulls(values)),
      get: (...values) => statement.get(...nulls(values)),
      run: (...values) => statement.run(...nulls(values)),
    };
  }
  transaction(work) {
    return (...args) => {
      this.#db.exec('BEGIN');
      try {
        const result = work(...args);
        this.#db.exec('COMMIT');
        return result;
      } catch (error) {
        this.#db.exec('ROLLBACK');
        throw error;
      }
    };
  }
  close() {
    this.#db.close();
  }
}

await drive(async (folder) => {
  const db = new Database(join(folder, 'langgraph.db'));
  db.pragma('journal_mode=WAL');
  db.pragma('synchronous=FULL');
  const State = Annotation.Root({ wanted: Annotation(), count: Annotation(), last: Annotation() });
  const graph = new StateGraph(State)
    .addNode('step', ({ count }) => ({ count: count + 1, last: resultOf(count) }))
    .addEdge(START, 'step')
    .addConditionalEdges('step', ({ wanted, count }) => (count < wanted ? 'step' : END))
    .compile({ checkpointer: new SqliteSaver(db) });
  let threads = 0;
  return {
    settings: 'SQLite, WAL, synchronous=FULL, durability "sync"',
    run: async (steps) => {
      threads += 1;
      const { count } = await graph.invoke(
        { wanted: steps, count: 0, last: null },
        { configurable: { thread_id: `t${threads}` }, durability: 'sync', recursionLimit: steps + 10 },
      );
      if (count !== steps) throw new Error(`${count} steps instead of ${steps}`);
    },
    close: async () => db.close(),
  };
});
