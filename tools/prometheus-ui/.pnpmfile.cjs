// What pnpm reads each package.json through. Prometheus' pages are built here, not tested or linted, so what only that
// needs is not even fetched: it is half of everything.
const only = /^(@eslint\/|@testing-library\/|@typescript-eslint\/|eslint|jest$|jsdom$|globals$|nock$|isomorphic-fetch$|prettier$|ts-jest$|vitest$|@types\/jest$)/;

// The newest version in which all of Mantine's packages are served; upstream's own file asks for a newer one.
const mantine = "9.6.2";

function readPackage(pkg) {
  for (const list of [pkg.dependencies ?? {}, pkg.devDependencies ?? {}]) {
    for (const name of Object.keys(list)) {
      if (pkg.name?.startsWith("@prometheus-io/") || pkg.name === "prometheus-io") {
        if (only.test(name)) delete list[name];
        else if (name.startsWith("@mantine/")) list[name] = mantine;
      }
    }
  }
  return pkg;
}

module.exports = { hooks: { readPackage } };
