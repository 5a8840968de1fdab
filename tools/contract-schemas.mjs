import typescript from 'typescript';

/**
 * JSON Schemas of exported types, as the type checker understands them: what mapped and conditional types come to, not how they are written.
 * Named object types and unions become definitions of their own; doc comments become descriptions.
 * @param file whose exports are meant
 * @param names of exported types
 * @returns {Record<string, object>} by name, references as `#/definitions/<name>`
 */
export function contractSchemas(file, names) {
  const program = typescript.createProgram([file], {
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    target: typescript.ScriptTarget.ES2023,
    module: typescript.ModuleKind.NodeNext,
    moduleResolution: typescript.ModuleResolutionKind.NodeNext,
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source));
  const schemas = new Schemas(checker);
  for (const name of names) {
    const symbol = exported.find((each) => each.name === name);
    if (!symbol) throw new Error(`${file} exports no type ${name}`);
    schemas.define(name, checker.getDeclaredTypeOfSymbol(resolved(checker, symbol)));
  }
  return schemas.definitions;
}

function resolved(checker, symbol) {
  return symbol.flags & typescript.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

const { TypeFlags } = typescript;

class Schemas {
  definitions = {};

  constructor(checker) {
    this.checker = checker;
  }

  define(name, type) {
    if (this.definitions[name]) return;
    // Entered first, so that a type that mentions itself ends.
    this.definitions[name] = {};
    const symbol = type.aliasSymbol ?? type.symbol;
    Object.assign(this.definitions[name], { ...describe(this.checker, symbol), ...this.shape(type) });
  }

  /** A reference for what has a name of ours, else the schema itself. */
  schema(type) {
    const name = this.nameOf(type);
    if (!name) return this.shape(type);
    this.define(name, type);
    return { $ref: `#/definitions/${name}` };
  }

  nameOf(type) {
    const symbol = type.aliasSymbol ?? (type.flags & TypeFlags.Object ? type.symbol : undefined);
    const generic = type.aliasTypeArguments?.length || type.typeArguments?.length;
    const declared = symbol?.declarations?.[0];
    if (!symbol || generic || !declared || symbol.name.startsWith('__')) return null;
    if (declared.getSourceFile().fileName.includes('/node_modules/')) return null;
    return typescript.isInterfaceDeclaration(declared) || typescript.isTypeAliasDeclaration(declared)
      ? symbol.name
      : null;
  }

  shape(type) {
    const { flags } = type;
    if (flags & TypeFlags.StringLiteral || flags & TypeFlags.NumberLiteral) return { const: type.value };
    if (flags & TypeFlags.BooleanLiteral) return { const: this.checker.typeToString(type) === 'true' };
    if (flags & (TypeFlags.String | TypeFlags.TemplateLiteral)) return { type: 'string' };
    if (flags & TypeFlags.Number) return { type: 'number' };
    if (flags & TypeFlags.Boolean) return { type: 'boolean' };
    if (flags & TypeFlags.Null) return { type: 'null' };
    if (flags & (TypeFlags.Unknown | TypeFlags.Any)) return {};
    if (type.isUnion()) return this.union(type.types);
    if (type.isIntersection() || flags & TypeFlags.Object) return this.object(type);
    throw new Error(`no JSON can be a ${this.checker.typeToString(type)}`);
  }

  union(types) {
    const present = types.filter(({ flags }) => !(flags & TypeFlags.Undefined));
    const literals = present.filter(
      ({ flags }) => flags & (TypeFlags.StringLiteral | TypeFlags.NumberLiteral),
    );
    const boolean = present.filter(({ flags }) => flags & TypeFlags.BooleanLiteral);
    const rest = present.filter(
      (each) => !literals.includes(each) && !(boolean.length === 2 && boolean.includes(each)),
    );
    const parts = [
      ...(literals.length > 0 ? [{ enum: literals.map(({ value }) => value).sort() }] : []),
      ...(boolean.length === 2 ? [{ type: 'boolean' }] : []),
      ...rest.map((each) => this.schema(each)),
    ];
    const [only] = parts;
    return parts.length === 1 ? only : { anyOf: parts };
  }

  object(type) {
    const { checker } = this;
    if (checker.isTupleType(type)) {
      const items = checker.getTypeArguments(type).map((each) => this.schema(each));
      return { type: 'array', items, minItems: items.length, maxItems: items.length };
    }
    if (checker.isArrayType(type))
      return { type: 'array', items: this.schema(checker.getTypeArguments(type)[0]) };
    const properties = {};
    const required = [];
    for (const property of checker.getPropertiesOfType(type)) {
      const optional = property.flags & typescript.SymbolFlags.Optional;
      const each = checker.getTypeOfSymbol(property);
      if (each.flags & (TypeFlags.Undefined | TypeFlags.Never)) continue;
      const schema = this.schema(each);
      const said = describe(checker, property);
      // Beside a reference nothing else counts in a schema of draft 7.
      properties[property.name] =
        schema.$ref && said.description ? { allOf: [schema], ...said } : { ...said, ...schema };
      if (!optional) required.push(property.name);
    }
    const index = checker.getIndexInfosOfType(type)[0];
    return {
      type: 'object',
      ...(Object.keys(properties).length > 0 ? { properties } : {}),
      ...(required.length > 0 ? { required } : {}),
      ...(index ? { additionalProperties: this.schema(index.type) } : {}),
    };
  }
}

function describe(checker, symbol) {
  const text = typescript
    .displayPartsToString(symbol?.getDocumentationComment(checker) ?? [])
    .replace(/\s+/g, ' ')
    .trim();
  return text ? { description: text } : {};
}
