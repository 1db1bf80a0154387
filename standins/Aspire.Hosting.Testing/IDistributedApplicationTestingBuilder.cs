namespace Aspire.Hosting.Testing;

/// <summary>The builder of an AppHost under test. Between its creation and <see cref="BuildAsync"/> the graph can be changed.</summary>
public interface IDistributedApplicationTestingBuilder : IDistributedApplicationBuilder, IDisposable, IAsyncDisposable
{
    /// <summary>Lets the AppHost finish its graph.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The application, not started.</returns>
    Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default);
}
