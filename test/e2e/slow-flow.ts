const apiVersion = 'orket.dev/v1alpha1';

/** Three steps of about two seconds, each of which writes a file that the next one reads. Nothing starts it by itself. */
export function slowFlow(trigger: object = {}): readonly object[] {
  const step = (id: string, before: string) => ({
    id,
    role: 'scribe',
    task: `Write ${id}`,
    input: { file: `${id}.txt`, before: `${before}.txt` },
    artifact: { name: id, mediaType: 'text/plain', path: `${id}.txt` },
  });
  return [
    {
      apiVersion,
      kind: 'Flow',
      metadata: { name: 'slow' },
      spec: {
        bandRef: { name: 'scribes' },
        venueRef: { name: 'slow' },
        scoreRef: { name: 'relay' },
        trigger,
        sessionTemplate: { maxAttempts: 10 },
      },
    },
    {
      apiVersion,
      kind: 'Band',
      metadata: { name: 'scribes' },
      spec: {
        roles: [
          {
            name: 'scribe',
            prompt: 'Carry on.',
            tools: ['files.write', 'files.read'],
            outputSchema: { type: 'string' },
          },
        ],
      },
    },
    {
      apiVersion,
      kind: 'Venue',
      metadata: { name: 'slow' },
      spec: {
        provider: 'scripted',
        replies: [
          {
            when: "request.turn == 1 && request.input.before != 'none.txt'",
            toolCalls: [{ name: 'files.read', arguments: { path: '${{ request.input.before }}' } }],
          },
          {
            when: "request.turn == (request.input.before == 'none.txt' ? 1 : 2)",
            toolCalls: [
              {
                name: 'files.write',
                arguments: { path: '${{ request.input.file }}', text: 'after ${{ request.input.before }}' },
              },
            ],
            delaySeconds: 2,
          },
          { text: 'wrote ${{ request.input.file }}' },
        ],
      },
    },
    {
      apiVersion,
      kind: 'Score',
      metadata: { name: 'relay' },
      spec: { steps: [step('one', 'none'), step('two', 'one'), step('three', 'two')] },
    },
  ];
}

export function sessionOf(name: string): object {
  return { apiVersion, kind: 'Session', metadata: { name }, spec: { flowRef: { name: 'slow' } } };
}
