/** The version of the runtime, as journals record it. The same as in package.json, which a bundle of the code has not beside it. */
export const runtimeVersion = '0.1.0';
