// Runs before anything else is loaded, also on a Node that cannot load the rest: old syntax and no imports.
var NEEDED = [20, 19];

var found = process.versions.node.split('.').map(Number);
if (found[0] < NEEDED[0] || (found[0] === NEEDED[0] && found[1] < NEEDED[1])) {
  console.error(
    'Wavehouse needs Node ' +
      NEEDED.join('.') +
      ' or newer and this is ' +
      process.versions.node +
      '; see https://nodejs.org.',
  );
  process.exit(1);
}
