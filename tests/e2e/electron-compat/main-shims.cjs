// What Electron 9's main process lacks of today's, for tests alone.
(() => {
  const { app } = require('electron');
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler =
      contents.setWindowOpenHandler ||
      ((handler) =>
        contents.on('new-window', (event, url) => {
          if (handler({ url }).action === 'deny') event.preventDefault();
        }));
  });
})();
