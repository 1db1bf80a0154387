using System.Net;
using Polly;

namespace Shop.Web.Services;

/// <summary>Tells "the service does not answer" from our own mistakes.</summary>
public static class ServiceAway
{
    /// <summary>No connection, no answer in time, or one that says to come back later.</summary>
    public static bool Is(Exception exception) => exception switch
    {
        HttpRequestException { StatusCode: null } => true,
        HttpRequestException { StatusCode: var status } => status is >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests,
        OperationCanceledException or TimeoutException or ExecutionRejectedException => true,
        _ => false,
    };
}
