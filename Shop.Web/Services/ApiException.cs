using System.Net;

namespace Shop.Web.Services;

/// <summary>A service understood the request and refused it.</summary>
public sealed class ApiException(HttpStatusCode status, ProblemAnswer problem) : Exception($"{(int)status} {problem.Code}: {problem.Detail}")
{
    public HttpStatusCode Status { get; } = status;

    public ProblemAnswer Problem { get; } = problem;

    public string Code => Problem.Code ?? "";
}

/// <summary>A service that a page cannot do without gave no usable answer in time.</summary>
public sealed class ServiceAwayException(string service, Exception? inner = null) : Exception($"{service} does not answer", inner);
