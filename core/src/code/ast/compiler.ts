import { createRequire } from "node:module";
import type { ts as compiler } from "@ts-morph/common";

/**
 * The compiler API that positions come from. Uses `require`: to import a CommonJS module, Node first scans its 9 MB for export names, which
 * takes 150 ms.
 */
export const ts = createRequire(import.meta.url)("#compiler") as typeof compiler;

/** The compiler types that Lockstep uses, under the same names. */
export declare namespace ts {
  export type AccessorDeclaration = compiler.AccessorDeclaration;
  export type ArrayLiteralExpression = compiler.ArrayLiteralExpression;
  export type ArrowFunction = compiler.ArrowFunction;
  export type BinaryExpression = compiler.BinaryExpression;
  export type BindingElement = compiler.BindingElement;
  export type BindingName = compiler.BindingName;
  export type Block = compiler.Block;
  export type CallExpression = compiler.CallExpression;
  export type ClassDeclaration = compiler.ClassDeclaration;
  export type ClassElement = compiler.ClassElement;
  export type ClassLikeDeclaration = compiler.ClassLikeDeclaration;
  export type CommentRange = compiler.CommentRange;
  export type CompilerOptions = compiler.CompilerOptions;
  export type ConditionalExpression = compiler.ConditionalExpression;
  export type Decorator = compiler.Decorator;
  export type DiagnosticWithLocation = compiler.DiagnosticWithLocation;
  export type EntityName = compiler.EntityName;
  export type EnumDeclaration = compiler.EnumDeclaration;
  export type ExportDeclaration = compiler.ExportDeclaration;
  export type Expression = compiler.Expression;
  export type ExpressionStatement = compiler.ExpressionStatement;
  export type ExpressionWithTypeArguments = compiler.ExpressionWithTypeArguments;
  export type ForInitializer = compiler.ForInitializer;
  export type FunctionDeclaration = compiler.FunctionDeclaration;
  export type FunctionExpression = compiler.FunctionExpression;
  export type FunctionLikeDeclaration = compiler.FunctionLikeDeclaration;
  export type Identifier = compiler.Identifier;
  export type IfStatement = compiler.IfStatement;
  export type ImportClause = compiler.ImportClause;
  export type ImportDeclaration = compiler.ImportDeclaration;
  export type ImportSpecifier = compiler.ImportSpecifier;
  export type InterfaceDeclaration = compiler.InterfaceDeclaration;
  export type MethodDeclaration = compiler.MethodDeclaration;
  export type NamedImports = compiler.NamedImports;
  export type NamedTupleMember = compiler.NamedTupleMember;
  export type NamespaceImport = compiler.NamespaceImport;
  export type NewExpression = compiler.NewExpression;
  export type Node = compiler.Node;
  export type NodeArray<T extends compiler.Node> = compiler.NodeArray<T>;
  export type NoSubstitutionTemplateLiteral = compiler.NoSubstitutionTemplateLiteral;
  export type ObjectBindingPattern = compiler.ObjectBindingPattern;
  export type ObjectLiteralElementLike = compiler.ObjectLiteralElementLike;
  export type ObjectLiteralExpression = compiler.ObjectLiteralExpression;
  export type ParameterDeclaration = compiler.ParameterDeclaration;
  export type PrefixUnaryExpression = compiler.PrefixUnaryExpression;
  export type PrefixUnaryOperator = compiler.PrefixUnaryOperator;
  export type PropertyAccessExpression = compiler.PropertyAccessExpression;
  export type PropertyAssignment = compiler.PropertyAssignment;
  export type PropertyDeclaration = compiler.PropertyDeclaration;
  export type PropertyName = compiler.PropertyName;
  export type PropertySignature = compiler.PropertySignature;
  export type ShorthandPropertyAssignment = compiler.ShorthandPropertyAssignment;
  export type QualifiedName = compiler.QualifiedName;
  export type SignatureDeclaration = compiler.SignatureDeclaration;
  export type SourceFile = compiler.SourceFile;
  export type SpreadAssignment = compiler.SpreadAssignment;
  export type Statement = compiler.Statement;
  export type SwitchStatement = compiler.SwitchStatement;
  export type StringLiteral = compiler.StringLiteral;
  export type SyntaxKind = compiler.SyntaxKind;
  export type TemplateExpression = compiler.TemplateExpression;
  export type ElementAccessExpression = compiler.ElementAccessExpression;
  export type TryStatement = compiler.TryStatement;
  export type TypeAliasDeclaration = compiler.TypeAliasDeclaration;
  export type TypeElement = compiler.TypeElement;
  export type TypeLiteralNode = compiler.TypeLiteralNode;
  export type TypeNode = compiler.TypeNode;
  export type TypeParameterDeclaration = compiler.TypeParameterDeclaration;
  export type TypeQueryNode = compiler.TypeQueryNode;
  export type TypeReferenceNode = compiler.TypeReferenceNode;
  export type UnionTypeNode = compiler.UnionTypeNode;
  export type VariableDeclaration = compiler.VariableDeclaration;
  export type VariableDeclarationList = compiler.VariableDeclarationList;
  export type VariableStatement = compiler.VariableStatement;
}
