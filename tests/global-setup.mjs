// Before any test: what the sources under test load as built files.
import { build } from '../scripts/build.mjs';

export default async function setup() {
  await build({ only: ['loops', 'reader'] });
}
