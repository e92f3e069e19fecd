/** Everything of the editor that needs Monaco: one chunk, fetched after the window's first paint. */
import { defineThemes, setUpLanguages, startChecking } from './setup.js';
import { startBreakpointMarks } from './breakpoint-marks.js';
import { startLayerBreakpoints } from './layer-breakpoints.js';
import { startMarkers } from './markers.js';
import { startModels } from './models.js';
import { startShapeHints } from './shape-hints.js';
import { startValueHover } from './value-hover.js';

export { CodeView } from './code-view.js';
export { CompareView } from './compare-view.js';

async function fetchTypings(): Promise<string> {
  const answer = await fetch('/typings/backstep.d.ts');
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return answer.text();
}

const typings = fetchTypings();
setUpLanguages();
defineThemes();
const files = startModels();
startShapeHints();
startMarkers();
startBreakpointMarks();
startLayerBreakpoints();
startValueHover();
void startChecking(typings, files);
