namespace Aspire.Hosting.ApplicationModel;

/// <summary>A PostgreSQL server.</summary>
public class PostgresServerResource : ContainerResource, IResourceWithConnectionString
{
    internal const string PrimaryEndpointName = "tcp";
    private const string DefaultUserName = "postgres";
    private readonly List<PostgresDatabaseResource> _databases = [];

    internal PostgresServerResource(string name, ParameterResource? userName, ParameterResource password) : base(name)
    {
        UserNameParameter = userName;
        PasswordParameter = password;
        PrimaryEndpoint = new(this, PrimaryEndpointName);
    }

    ReferenceExpression IResourceWithConnectionString.ConnectionStringExpression => ConnectionStringExpression;

    internal ParameterResource? UserNameParameter { get; }

    internal ParameterResource PasswordParameter { get; }

    internal EndpointReference PrimaryEndpoint { get; }

    internal EndpointReferenceExpression Host => PrimaryEndpoint.Property(EndpointProperty.Host);

    internal EndpointReferenceExpression Port => PrimaryEndpoint.Property(EndpointProperty.Port);

    internal IReadOnlyList<PostgresDatabaseResource> Databases => _databases;

    internal ReferenceExpression UserNameReference =>
        UserNameParameter is { } parameter ? ReferenceExpression.Create($"{parameter}") : ReferenceExpression.Create($"{DefaultUserName}");

    internal ReferenceExpression ConnectionStringExpression =>
        ReferenceExpression.Create($"Host={Host};Port={Port};Username={UserNameReference};Password={PasswordParameter}");

    internal ReferenceExpression UriExpression => ReferenceExpression.Create($"postgresql://{UriAuthority}");

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() =>
        [.. CommonProperties, new("Uri", UriExpression), new("JdbcConnectionString", ReferenceExpression.Create($"jdbc:postgresql://{Host}:{Port}/"))];

    /// <summary>The parts that a database shares with its server.</summary>
    internal IEnumerable<KeyValuePair<string, ReferenceExpression>> CommonProperties =>
    [
        new("Host", ReferenceExpression.Create($"{Host}")),
        new("Port", ReferenceExpression.Create($"{Port}")),
        new("Username", UserNameReference),
        new("Password", ReferenceExpression.Create($"{PasswordParameter}")),
    ];

    private ReferenceExpression UriAuthority => UserNameParameter is { } parameter
        ? ReferenceExpression.Create($"{parameter:uri}:{PasswordParameter:uri}@{Host}:{Port}")
        : ReferenceExpression.Create($"{DefaultUserName}:{PasswordParameter:uri}@{Host}:{Port}");

    internal void AddDatabase(PostgresDatabaseResource database) => _databases.Add(database);
}
