namespace Aspire.Hosting.ApplicationModel;

/// <summary>A database of a PostgreSQL server; created when the server is ready and lacks it.</summary>
public class PostgresDatabaseResource : Resource, IResourceWithParent<PostgresServerResource>, IResourceWithConnectionString
{
    internal PostgresDatabaseResource(string name, string databaseName, PostgresServerResource postgresParentResource) : base(name)
    {
        DatabaseName = databaseName;
        Parent = postgresParentResource;
    }

    internal PostgresServerResource Parent { get; }

    PostgresServerResource IResourceWithParent<PostgresServerResource>.Parent => Parent;

    /// <summary>Name inside the server.</summary>
    internal string DatabaseName { get; }

    ReferenceExpression IResourceWithConnectionString.ConnectionStringExpression =>
        ReferenceExpression.Create($"{new ConnectionStringReference(Parent, optional: false)};Database={DatabaseName}");

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() =>
    [
        .. Parent.CommonProperties,
        new("Uri", ReferenceExpression.Create($"{Parent.UriExpression}/{DatabaseName}")),
        new("JdbcConnectionString", ReferenceExpression.Create($"jdbc:postgresql://{Parent.Host}:{Parent.Port}/{DatabaseName}")),
        new("DatabaseName", ReferenceExpression.Create($"{DatabaseName}")),
    ];
}
