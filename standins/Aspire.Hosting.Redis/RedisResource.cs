namespace Aspire.Hosting.ApplicationModel;

/// <summary>A Redis server with a password.</summary>
public class RedisResource : ContainerResource, IResourceWithConnectionString
{
    internal const string PrimaryEndpointName = "tcp";

    internal RedisResource(string name, ParameterResource password) : base(name, "/bin/sh")
    {
        PasswordParameter = password;
        PrimaryEndpoint = new(this, PrimaryEndpointName);
    }

    internal ParameterResource PasswordParameter { get; }

    internal EndpointReference PrimaryEndpoint { get; }

    internal EndpointReferenceExpression Host => PrimaryEndpoint.Property(EndpointProperty.Host);

    internal EndpointReferenceExpression Port => PrimaryEndpoint.Property(EndpointProperty.Port);

    /// <summary>When the data is written to disk; null: never.</summary>
    internal RedisSnapshots? Snapshots { get; set; }

    ReferenceExpression IResourceWithConnectionString.ConnectionStringExpression =>
        ReferenceExpression.Create($"{Host}:{Port},password={PasswordParameter}");

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() =>
    [
        new("Host", ReferenceExpression.Create($"{Host}")),
        new("Port", ReferenceExpression.Create($"{Port}")),
        new("Password", ReferenceExpression.Create($"{PasswordParameter}")),
        new("Uri", ReferenceExpression.Create($"redis://:{PasswordParameter:uri}@{Host}:{Port}")),
    ];
}

/// <summary>A snapshot is written when so many keys have changed within the interval.</summary>
internal sealed record RedisSnapshots(TimeSpan Interval, long KeysChanged)
{
    /// <summary>The values of the setting <c>save</c>.</summary>
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{(long)Math.Max(1, Interval.TotalSeconds)} {KeysChanged}");
}
