/** Everything of the editor that needs Monaco: one chunk, fetched after the window's first paint. */
import { defineThemes, loadTypings, setUpLanguages } from './setup.js';
import { startMarkers } from './markers.js';
import { startModels } from './models.js';
import { startShapeHints } from './shape-hints.js';

export { CodeView } from './code-view.js';
export { CompareView } from './compare-view.js';

setUpLanguages();
defineThemes();
startModels();
startShapeHints();
startMarkers();
// After the first text is on screen: a megabyte of typings is not what it should wait for.
setTimeout(() => void loadTypings(), 50);
