// The bill of materials of a release folder: CycloneDX 1.6 as JSON, https://cyclonedx.org/specification/overview/
import { Contrib, Enums, Models, Serialize, Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { PackageURL } from 'packageurl-js';

const SPEC = Spec.Spec1dot6;
/** Of `process.versions`: what is no software. */
const NO_LIBRARIES = ['node', 'modules', 'napi'];

/**
 * @param release `{ version, released, programs: [{ name, sha256, packages }], node: { manifest, versions } }`: the release's
 *   version, the time of its commit (Date or undefined), its programs with the packages in each, and the Node in all of them
 * @returns {Promise<string>} the document
 * @throws Error if it does not follow the schema
 */
export async function sbomOf({ version, released, programs, node }) {
  const bom = new Models.Bom();
  const licenses = new Contrib.License.Factories.LicenseFactory(() => {});
  const application = (name, op = {}) => {
    const component = new Models.Component(Enums.ComponentType.Application, name, { version, ...op });
    component.licenses.add(licenses.makeFromString('Apache-2.0'));
    return component;
  };
  const release = application('pvf-release', { bomRef: 'release' });
  bom.metadata.component = release;
  bom.metadata.timestamp = released;

  const nodeComponent = componentOfNode(node);
  bom.components.add(nodeComponent);
  const builder = new Contrib.FromNodePackageJson.Builders.ComponentBuilder(
    new Contrib.FromNodePackageJson.Factories.ExternalReferenceFactory(),
    licenses,
  );
  const libraries = new Map();
  const libraryOf = ({ manifest }) => {
    const purl = packageUrl(manifest);
    if (!libraries.has(purl)) {
      const component = builder.makeComponent(manifest, Enums.ComponentType.Library);
      component.purl = purl;
      component.bomRef.value = purl;
      // Addresses of whoever wrote it are no part of a bill.
      component.author = undefined;
      libraries.set(purl, component);
      bom.components.add(component);
    }
    return libraries.get(purl);
  };
  for (const { name, sha256, packages } of programs) {
    const program = application(name, { bomRef: `program:${name}` });
    program.hashes.set(Enums.HashAlgorithm['SHA-256'], sha256);
    program.dependencies.add(nodeComponent.bomRef);
    for (const each of packages) program.dependencies.add(libraryOf(each).bomRef);
    bom.components.add(program);
    release.dependencies.add(program.bomRef);
  }
  const text = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(SPEC)).serialize(bom, {
    sortLists: true,
    space: 2,
  });
  const invalid = await objectionsTo(text);
  if (invalid !== null) throw new Error(`the bill of materials is invalid: ${JSON.stringify(invalid)}`);
  return `${text}\n`;
}

/** What the schema has against a document; `null` for nothing. */
export function objectionsTo(text) {
  return new Validation.JsonStrictValidator(SPEC.version).validate(text);
}

/** Node itself, with the libraries that are linked into it. */
function componentOfNode({ manifest, versions }) {
  const node = new Models.Component(Enums.ComponentType.Platform, 'node', {
    bomRef: 'node',
    version: versions.node,
    purl: packageUrl(manifest),
    cpe: `cpe:2.3:a:nodejs:node.js:${versions.node}:*:*:*:*:*:*:*`,
  });
  for (const [name, version] of Object.entries(versions)) {
    if (NO_LIBRARIES.includes(name)) continue;
    const purl = new PackageURL('generic', undefined, name, version).toString();
    node.components.add(
      new Models.Component(Enums.ComponentType.Library, name, { version, purl, bomRef: `node/${purl}` }),
    );
  }
  return node;
}

function packageUrl({ name, version }) {
  const [, scope, plain] = /^(?:(@[^/]+)\/)?(.+)$/.exec(name);
  return new PackageURL('npm', scope, plain, version).toString();
}
