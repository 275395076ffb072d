/** An RFC 3339 time as Go reads it: letters in either case, a comma for the dot, offsets to any minute, no second 60. */
const dateTime =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d([.,]\d+)?([Zz]|[+-]\d\d:[0-5]\d)$/;

/** The formats that the CRDs use, as the API server judges them. Any other format would be ignored, here as there. */
export const formats = {
  'date-time': { type: 'string', validate: (text: string) => dateTime.test(text) },
  int32: { type: 'number', validate: (value: number) => value >= -(2 ** 31) && value < 2 ** 31 },
  int64: { type: 'number', validate: (value: number) => Number.isSafeInteger(value) },
} as const;
