/** Starts the window: connects, wires state to the server, draws. */
import '@vscode/codicons/dist/codicon.css';
import './ui/theme.css';
import './ui/base.css';
import './ui/widgets.css';
import { createRoot } from 'react-dom/client';
import { host } from './host/index.js';
import { connectToServer } from './state/server.js';
import { startEngine } from './state/engine.js';
import { startSession } from './state/session-commands.js';
import { startWorkspace } from './state/workspace-actions.js';
import { startWorkbench } from './workbench/start-workbench.js';
import { Workbench } from './workbench/workbench.js';

const connection = connectToServer(host.socketAddress());
startWorkspace(connection);
startSession(connection);
startEngine(connection);
startWorkbench();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(<Workbench />);
