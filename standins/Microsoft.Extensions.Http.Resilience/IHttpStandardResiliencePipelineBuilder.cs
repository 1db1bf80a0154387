using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Extensions.Http.Resilience;

/// <summary>A standard resilience handler that was added to a client.</summary>
public interface IHttpStandardResiliencePipelineBuilder
{
    /// <summary>Name of its options: <c>&lt;client&gt;-standard</c>.</summary>
    string PipelineName { get; }

    /// <summary>The services of the application.</summary>
    IServiceCollection Services { get; }
}
