// Runs before the first paint, so that the window never flashes in the wrong colours.
(function () {
  var theme;
  try {
    theme = localStorage.getItem('backstep.theme');
  } catch (error) {
    console.warn('the colour theme could not be read', error);
  }
  if (theme !== 'dark' && theme !== 'light') {
    theme = matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
  }
  document.documentElement.dataset.theme = theme;
})();
