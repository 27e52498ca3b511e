export const typeDefs = /* GraphQL */ `
  type Contact {
    id: ID!
    name: String!
    email: String!
    city: String
  }
`;
