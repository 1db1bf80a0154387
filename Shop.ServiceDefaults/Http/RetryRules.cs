using System.Collections.Concurrent;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Retry;

namespace Shop.ServiceDefaults.Http;

/// <summary>
/// Which requests may be sent again: those that change nothing, those with an Idempotency-Key, and those that never
/// arrived. And how often: one retry per ten requests to a service, so that retries cannot double the load on one that is ill.
/// </summary>
internal sealed class RetryRules
{
    public const string IdempotencyKey = "Idempotency-Key";
    private readonly ConcurrentDictionary<string, RetryBudget> _budgets = new(StringComparer.OrdinalIgnoreCase);

    public bool ShouldRetry(RetryPredicateArguments<HttpResponseMessage> args) =>
        ShouldRetry(RequestContext.RequestOf(args.Context), args.Outcome, args.AttemptNumber);

    internal bool ShouldRetry(HttpRequestMessage? request, Outcome<HttpResponseMessage> outcome, int attempt)
    {
        if (request?.RequestUri is not { } address)
            return false;
        var budget = _budgets.GetOrAdd(address.Host, _ => new RetryBudget());
        if (attempt == 0)
            budget.Earn();
        var mayRepeat = NeverArrived(outcome) || (HttpClientResiliencePredicates.IsTransient(outcome) && IsRepeatable(request));
        return mayRepeat && budget.TrySpend();
    }

    private static bool IsRepeatable(HttpRequestMessage request) =>
        request.Method == HttpMethod.Get || request.Method == HttpMethod.Head || request.Method == HttpMethod.Options
        || request.Method == HttpMethod.Trace || request.Headers.Contains(IdempotencyKey);

    // No connection was made, so nothing was sent.
    private static bool NeverArrived(Outcome<HttpResponseMessage> outcome) =>
        outcome.Exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError };
}
