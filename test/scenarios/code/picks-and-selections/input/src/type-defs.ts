export const typeDefs = /* GraphQL */ `
  type Venue {
    id: Int!
    title: String!
    city: String!
    capacity: Int!
  }

  type Query {
    venues(city: String): [Venue!]!
  }
`;
