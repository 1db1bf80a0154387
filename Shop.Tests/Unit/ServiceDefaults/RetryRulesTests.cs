using System.Net;
using Polly;
using Shop.ServiceDefaults.Http;

namespace Shop.Tests.Unit.ServiceDefaults;

public sealed class RetryRulesTests
{
    private static readonly Outcome<HttpResponseMessage> Failed = Outcome.FromResult(new HttpResponseMessage(HttpStatusCode.InternalServerError));
    private static readonly Outcome<HttpResponseMessage> Refused = Outcome.FromException<HttpResponseMessage>(
        new HttpRequestException(HttpRequestError.ConnectionError));

    private static readonly Outcome<HttpResponseMessage> CutOff = Outcome.FromException<HttpResponseMessage>(
        new HttpRequestException(HttpRequestError.ResponseEnded));

    [Theory]
    [InlineData("GET", false, true)]
    [InlineData("HEAD", false, true)]
    [InlineData("POST", false, false)]
    [InlineData("DELETE", false, false)]
    [InlineData("POST", true, true)]
    public void A_request_that_may_have_arrived_is_repeated_only_when_that_is_harmless(string method, bool keyed, bool repeated)
    {
        using var request = Request(method, keyed);
        Assert.Equal(repeated, new RetryRules().ShouldRetry(request, Failed, 0));
        Assert.Equal(repeated, new RetryRules().ShouldRetry(request, CutOff, 0));
    }

    [Fact]
    public void A_request_that_never_arrived_is_repeated_whatever_it_is()
    {
        using var request = Request("POST", keyed: false);
        Assert.True(new RetryRules().ShouldRetry(request, Refused, 0));
    }

    [Fact]
    public void Success_and_refusals_are_final()
    {
        using var request = Request("GET", keyed: false);
        Assert.False(new RetryRules().ShouldRetry(request, Outcome.FromResult(new HttpResponseMessage(HttpStatusCode.OK)), 0));
        Assert.False(new RetryRules().ShouldRetry(request, Outcome.FromResult(new HttpResponseMessage(HttpStatusCode.Conflict)), 0));
    }

    [Fact]
    public void Retries_of_a_service_that_is_down_stay_within_a_tenth_of_its_traffic()
    {
        var rules = new RetryRules();
        using var request = Request("GET", keyed: false);
        var retries = Enumerable.Range(0, 1000).Count(_ => rules.ShouldRetry(request, Failed, 0));
        Assert.InRange(retries, 100, 110); // A tenth, and the ten in hand at the start.
    }

    [Fact]
    public void One_service_that_is_down_does_not_use_up_the_retries_of_another()
    {
        var rules = new RetryRules();
        using var down = Request("GET", keyed: false);
        for (var i = 0; i < 100; i++)
            rules.ShouldRetry(down, Failed, 1);
        Assert.False(rules.ShouldRetry(down, Failed, 1));

        using var other = new HttpRequestMessage(HttpMethod.Get, "http://orders/x");
        Assert.True(rules.ShouldRetry(other, Failed, 1));
    }

    private static HttpRequestMessage Request(string method, bool keyed)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), "http://catalog/x");
        if (keyed)
            request.Headers.Add("Idempotency-Key", "k");
        return request;
    }
}
